DROP TABLE order_history, order_lines, orders;
