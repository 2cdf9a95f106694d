-- Orders told again with other payment fields and the same connector, times, energy and money dispute nothing: kept, not counted.
-- Written by lib/domain/charge_order.c alone.
ALTER TABLE charge_order_other ADD COLUMN raw MEDIUMTEXT NULL;      -- NULL: a further version in charge_order, disputed
