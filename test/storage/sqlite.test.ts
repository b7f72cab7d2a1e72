import { test } from 'uvu'
import { allCases } from '../conformance/all-cases.ts'
import { sqlitePlace } from '../support/sqlite-place.ts'

allCases(sqlitePlace)

test.run()
