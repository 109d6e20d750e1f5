DROP TABLE aggregation_run_months, aggregation_runs;
