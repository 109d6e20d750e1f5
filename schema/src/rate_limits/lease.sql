-- $1: the window's start by the asking process's clock, $2: keys, $3: how many requests of each.
INSERT INTO rate_limits AS held (key, window_start, taken)
SELECT wanted.key, $1, wanted.count
  FROM unnest($2, $3) AS wanted (key, count)
 -- Two processes lock the same keys in the same order.
 ORDER BY wanted.key
    ON CONFLICT (key) DO UPDATE SET
       -- A process whose clock is a little behind takes from the window that has begun elsewhere. A window further
       -- ahead is of a clock that was wrong, and ends at once.
       (window_start, taken) = (
           SELECT CASE WHEN goes_on THEN held.window_start ELSE excluded.window_start END,
                  CASE WHEN goes_on THEN held.taken + excluded.taken ELSE excluded.taken END
             FROM (SELECT held.window_start BETWEEN excluded.window_start AND excluded.window_start + interval '1 minute'
                          AS goes_on) AS window_of
       )
RETURNING key, taken
