-- Orders with their lines, and how often each was made and opened.
SELECT o.organization_id AS organization, o.contract_number AS contract, o.month, o.status, o.purchase_order,
       (SELECT json_agg(json_build_array(l.position, l.code, l.metered_quantity, l.quantity, l.reason, l.points_per_unit,
                                         l.points)
                        ORDER BY l.position, l.code)
          FROM order_lines l
         WHERE l.organization_id = o.organization_id AND l.order_id = o.id) AS lines,
       (SELECT json_agg(h.event ORDER BY h.id)
          FROM order_history h
         WHERE h.organization_id = o.organization_id AND h.order_id = o.id) AS events
  FROM orders o
