DROP TABLE partner_settings;
ALTER TABLE uploads DROP COLUMN signature;
