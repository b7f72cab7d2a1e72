import type { RequestHandler } from 'express'
import { z } from 'zod'
import { actionName } from '../access/role.ts'
import { accessTokenOperations } from './access-token-operations.ts'
import { accountOperations } from './account-operations.ts'
import { auditOperations } from './audit-operations.ts'
import { credentialOperations } from './credential-operations.ts'
import { deliveryOperations } from './delivery-operations.ts'
import { draftOperations } from './draft-operations.ts'
import { sendError } from './error-response.ts'
import { type HybridWorkerParts, hybridWorkerOperations } from './hybrid-worker-operations.ts'
import { jobOperations } from './job-operations.ts'
import { jobScheduleOperations } from './job-schedule-operations.ts'
import { type Operation, operation } from './operation.ts'
import { runbookOperations } from './runbook-operations.ts'
import { scheduleOperations } from './schedule-operations.ts'
import { secretKeyOperation } from './secret-key-operation.ts'
import { statisticsOperations } from './statistics-operations.ts'
import { testJobOperations } from './test-job-operations.ts'
import { variableOperations } from './variable-operations.ts'
import { webhookOperations } from './webhook-operations.ts'

export type ManagementParts = Parameters<typeof jobOperations>[0] &
	Parameters<typeof webhookOperations>[0] &
	Parameters<typeof deliveryOperations>[0] &
	Parameters<typeof runbookOperations>[0] &
	Parameters<typeof jobScheduleOperations>[0] &
	Parameters<typeof testJobOperations>[0] &
	Parameters<typeof variableOperations>[0] &
	Parameters<typeof accountOperations>[0] &
	Parameters<typeof accessTokenOperations>[0] &
	Parameters<typeof auditOperations>[0] &
	HybridWorkerParts

/** All operations: those below the account's path, those of jobs once more (they are served at the root, too), and the others at the root. */
export function managementOperations(parts: ManagementParts): { inAccount: Operation[]; ofJobs: Operation[]; atRoot: Operation[] } {
	const ofJobs = jobOperations(parts)
	const account = accountOperations(parts)
	const inAccount = [
		...account.filter((each) => each.inAccount !== false),
		...statisticsOperations(parts),
		...webhookOperations(parts),
		...deliveryOperations(parts),
		...ofJobs,
		...runbookOperations(parts),
		...draftOperations(parts),
		...testJobOperations(parts),
		...scheduleOperations(parts),
		...jobScheduleOperations(parts),
		...variableOperations(parts),
		...credentialOperations(parts),
		secretKeyOperation(parts),
		...accessTokenOperations(parts),
		...auditOperations(parts),
		...hybridWorkerOperations(parts),
	]
	const atRoot = account.filter((each) => each.inAccount === false)
	return { inAccount, ofJobs, atRoot: [...atRoot, listOfOperations([...inAccount, ...atRoot])] }
}

/** Azure's list of what there is, made of the operations themselves. */
function listOfOperations(operations: Operation[]): Operation {
	const display = z.object({ provider: z.string(), resource: z.string(), operation: z.string() })
	const value = operations.map(({ action, summary }) => {
		const name = actionName(action)
		return { name, display: { provider: 'Microsoft Automation', resource: name.split('/').at(-2)!, operation: summary } }
	})
	return operation(
		{
			operationId: 'Operations_List',
			action: 'read',
			method: 'get',
			path: '/providers/Microsoft.Automation/operations',
			inAccount: false,
			summary: 'List what this API can do.',
			answers: {
				200: { description: 'The operations.', schema: z.object({ value: z.array(z.object({ name: z.string(), display })) }) },
			},
		},
		() => ({ status: 200, json: { value } }),
	)
}

/** What Azure Automation has below an account and this runner does not. */
const notBuilt = new Set(
	[
		...['agentRegistrationInformation', 'certificates', 'compilationjobs', 'configurations', 'connections', 'connectionTypes'],
		...['linkedWorkspace', 'listKeys', 'modules', 'nodeConfigurations', 'nodecounts', 'nodes'],
		...['objectDataTypes', 'python2Packages', 'python3Packages', 'softwareUpdateConfigurationMachineRuns'],
		...['softwareUpdateConfigurationRuns', 'softwareUpdateConfigurations', 'sourceControls', 'watchers'],
	].map((word) => word.toLowerCase()),
)

/** 501 for what Azure has and this runner has not: the clients take any other 5xx for a passing fault and ask for two minutes. */
export const refuseNotBuilt: RequestHandler = (request, response, next) => {
	const [, word = ''] = request.path.split('/')
	if (notBuilt.has(word.toLowerCase())) return sendError(response, 'NotImplemented', `Runhook has no ${word}.`)
	if (word === '' && ['PUT', 'PATCH', 'DELETE'].includes(request.method))
		return sendError(response, 'NotImplemented', 'The account is this installation: it is not created, changed or deleted through the API.')
	next()
}
