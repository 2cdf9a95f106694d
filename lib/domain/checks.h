/* checks: what a form (schema/forms) may name in check=, and what the form engine asks of divisions and files. Every
 * program whose forms use them calls checks_register() in its start; calling it again does nothing.
 *
 *     uscc            统一社会信用代码: 18 characters, check character fits (GB 32100-2015); upper case, blanks removed
 *     uscc-shape      the same without the check character: for staff who overrule it, with a reason in the trail
 *     organisation    组织机构代码, 9 characters (GB 11714-1997)
 *     resident-id     居民身份证号码, date and check character (GB 11643-1999); no judgement of age
 *     mobile          手机号码: 1[3-9] and nine digits; +86 and blanks removed
 *     phone           mobile, or area code and number, with extension: 0756-1234567-12, 400 and 95 numbers
 *     email  postcode  bank-account (8 to 30 digits)  login (4 to 30 letters, digits, _ - ., begins with a letter)
 *     country-code    two letters, ISO 3166-1; upper case
 *     not-after=X  not-before=X     X: today, a date, or another date field of the form
 *     same-as=FIELD   typed twice, equal
 *     at-least=FIELD  a number not smaller than that field's
 *     needs=X:FIELD   when this field says X (or anything, with *), FIELD must be filled in
 *     owner-code      EquipmentOwnerID of T/CEC 102 (7): 组织机构代码, or 999999999 for a private owner */
#ifndef DOMAIN_CHECKS_H
#define DOMAIN_CHECKS_H

void checks_register(void);

#endif
