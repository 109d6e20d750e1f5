-- The collections in force: of each identity the first received.
SELECT DISTINCT ON (organization_id, meter_id, product_id, kind, from_at, to_at)
       organization_id AS organization, meter_id AS meter, product_id AS product, kind,
       from_at AS "from", to_at AS "to", records, encode(sha256, 'hex') AS sha256
  FROM collections
 ORDER BY organization_id, meter_id, product_id, kind, from_at, to_at, received_at, upload_id
