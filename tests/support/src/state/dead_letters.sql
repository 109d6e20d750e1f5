-- Messages that were ever given up, whatever became of them since.
SELECT organization_id AS organization, queue, reason, state FROM dead_letters
