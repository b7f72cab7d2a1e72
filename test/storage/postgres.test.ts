import { test } from 'uvu'
import { allCases } from '../conformance/all-cases.ts'
import { postgresPlace } from '../support/postgres-place.ts'
import { whyNoPostgres } from '../support/postgres-server.ts'

const reason = whyNoPostgres()
if (reason) test.skip(`PostgreSQL: ${reason}`)
else allCases(postgresPlace)

test.run()
