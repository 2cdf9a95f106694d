-- Public codes: what a QR code on a station or a facility holds. Made from the operator and its own code, so that it is the
-- same for what is declared (records) and what is pushed, survives every re-import, and needs nothing to be written.
-- 56 bits in 11 characters: not secret (what it leads to is public), only short and its own.

ALTER TABLE station
    ADD COLUMN public_code CHAR(11) CHARACTER SET ascii COLLATE ascii_bin
        AS (LPAD(CONV(SUBSTR(SHA2(CONCAT('S', operator_id, ' ', code), 256), 1, 14), 16, 36), 11, '0')) STORED,
    ADD KEY station_public_code (public_code);

ALTER TABLE equipment
    ADD COLUMN public_code CHAR(11) CHARACTER SET ascii COLLATE ascii_bin
        AS (LPAD(CONV(SUBSTR(SHA2(CONCAT('E', operator_id, ' ', code), 256), 1, 14), 16, 36), 11, '0')) STORED,
    ADD KEY equipment_public_code (public_code);

ALTER TABLE station_record                        -- NULL while the record has no code
    ADD COLUMN public_code CHAR(11) CHARACTER SET ascii COLLATE ascii_bin
        AS (LPAD(CONV(SUBSTR(SHA2(CONCAT('S', operator_id, ' ', code), 256), 1, 14), 16, 36), 11, '0')) STORED,
    ADD KEY station_record_public_code (public_code);

ALTER TABLE equipment_record
    ADD COLUMN public_code CHAR(11) CHARACTER SET ascii COLLATE ascii_bin
        AS (LPAD(CONV(SUBSTR(SHA2(CONCAT('E', operator_id, ' ', code), 256), 1, 14), 16, 36), 11, '0')) STORED,
    ADD KEY equipment_record_public_code (public_code);
