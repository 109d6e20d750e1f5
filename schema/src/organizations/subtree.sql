-- $1: the organization whose view is wanted.
WITH RECURSIVE
-- The tree is three levels deep; UNION (not UNION ALL) ends the walk even if someone makes a circle of it.
below AS (
    SELECT id FROM organizations WHERE id = $1
    UNION
    SELECT child.id FROM organizations child JOIN below ON child.parent_id = below.id
)
SELECT id FROM below ORDER BY id
