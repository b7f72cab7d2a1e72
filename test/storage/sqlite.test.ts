import { test } from 'uvu'
import { accessTokenCases } from '../conformance/access-token-cases.ts'
import { assetCases } from '../conformance/asset-cases.ts'
import { auditCases } from '../conformance/audit-cases.ts'
import { deliveryCases } from '../conformance/delivery-cases.ts'
import { jobCases } from '../conformance/job-cases.ts'
import { jobListCases } from '../conformance/job-list-cases.ts'
import { overflowCases } from '../conformance/overflow-cases.ts'
import { queueCases } from '../conformance/queue-cases.ts'
import { restartCases } from '../conformance/restart-cases.ts'
import { retentionCases } from '../conformance/retention-cases.ts'
import { runbookStoreCases } from '../conformance/runbook-store-cases.ts'
import { scheduleCases } from '../conformance/schedule-cases.ts'
import { sessionCases } from '../conformance/session-cases.ts'
import { streamCases } from '../conformance/stream-cases.ts'
import { waitingCases } from '../conformance/waiting-cases.ts'
import { webhookCases } from '../conformance/webhook-cases.ts'
import { sqlitePlace } from '../support/sqlite-place.ts'

for (const cases of [
	webhookCases,
	queueCases,
	waitingCases,
	overflowCases,
	jobCases,
	jobListCases,
	streamCases,
	restartCases,
	runbookStoreCases,
	assetCases,
	scheduleCases,
	accessTokenCases,
	sessionCases,
	auditCases,
	deliveryCases,
	retentionCases,
])
	cases(sqlitePlace)

test.run()
