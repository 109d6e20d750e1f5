DROP TABLE sites, contracts, users, organizations;
