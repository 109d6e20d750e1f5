DROP TABLE collections, product_vcenters, products;
