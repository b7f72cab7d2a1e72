import { accessTokenCases } from './access-token-cases.ts'
import { assetCases } from './asset-cases.ts'
import { auditCases } from './audit-cases.ts'
import { deliveryCases } from './delivery-cases.ts'
import { jobCases } from './job-cases.ts'
import { jobListCases } from './job-list-cases.ts'
import { overflowCases } from './overflow-cases.ts'
import { queueCases } from './queue-cases.ts'
import { rateCases } from './rate-cases.ts'
import { restartCases } from './restart-cases.ts'
import { retentionCases } from './retention-cases.ts'
import { runbookStoreCases } from './runbook-store-cases.ts'
import { scheduleCases } from './schedule-cases.ts'
import { sessionCases } from './session-cases.ts'
import type { NewStorePlace } from './store-place.ts'
import { streamCases } from './stream-cases.ts'
import { waitingCases } from './waiting-cases.ts'
import { webhookCases } from './webhook-cases.ts'

/** What every store must do. */
export function allCases(newPlace: NewStorePlace): void {
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
		rateCases,
	])
		cases(newPlace)
}
