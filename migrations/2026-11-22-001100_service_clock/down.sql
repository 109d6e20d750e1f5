DROP TABLE service_clock;
