//! The demo organizations of docs/spec/api.md.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use test_support::tenants::VENDOR;

use crate::program::Program;

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// Everything that the set-up makes, a line each.
const LINES: &str = "
    SELECT concat_ws(' ', o.name, o.kind, p.name, u.email, u.role) AS line
      FROM organizations o LEFT JOIN organizations p ON p.id = o.parent_id LEFT JOIN users u ON u.organization_id = o.id
     UNION ALL
    SELECT concat_ws(' ', o.name, c.number, s.name)
      FROM organizations o JOIN contracts c ON c.organization_id = o.id LEFT JOIN sites s ON s.organization_id = o.id
     ORDER BY 1";

#[test]
fn the_demo_organizations_are_made_once() {
    let program = Program::new();
    assert!(program.run("migrate").status.success());
    assert!(program.run("migrate").status.success(), "again");
    for time in ["first", "second"] {
        let output = program.run("seed-demo");
        assert!(output.status.success(), "{time}: {}", String::from_utf8_lossy(&output.stderr));
        let mut service = program.database.service();
        service.batch_execute(&format!("SET app.subtree = '{VENDOR}'")).unwrap();
        let lines: Vec<Line> = diesel::sql_query(LINES).load(&mut service).unwrap();
        let lines: Vec<_> = lines.iter().map(|line| line.line.as_str()).collect();
        assert_eq!(
            lines,
            [
                "Acme Cloud ACME-0001 ams",
                "Acme Cloud ACME-0001 fra",
                "Acme Cloud partner Northwind Distribution admin@acme.test partner-admin",
                "Acme Cloud partner Northwind Distribution viewer@acme.test partner-viewer",
                "Contoso Supply aggregator Vendor",
                "Globex Hosting GLOBEX-0001",
                "Globex Hosting partner Northwind Distribution admin@globex.test partner-admin",
                "Globex Hosting partner Northwind Distribution viewer@globex.test partner-viewer",
                "Initech Clouds INITECH-0001",
                "Initech Clouds partner Contoso Supply admin@initech.test partner-admin",
                "Northwind Distribution aggregator Vendor admin@northwind.test aggregator-admin",
                "Northwind Distribution aggregator Vendor viewer@northwind.test aggregator-viewer",
                "Vendor operator desk@vendor.test service-desk",
                "Vendor operator operator@vendor.test operator-admin",
            ],
            "{time}"
        );
    }
}

#[test]
fn in_production_there_is_no_demo() {
    let program = Program::new();
    let output = program.command("seed-demo").env("USAGE_ENV", "production").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("USAGE_ENV=development"));
}
