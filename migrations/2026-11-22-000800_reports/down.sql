DROP TABLE report_lines, report_units, report_revisions;
