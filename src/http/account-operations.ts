import { z } from 'zod'
import { jobStatuses } from '../jobs/job-status.ts'
import type { JobStore } from '../jobs/job-store.ts'
import { MILLISECONDS_PER_DAY, RUNBOOKS_MAX } from '../limits.ts'
import { listRunbooks, type RunbookParts } from '../runbooks/manage-runbook.ts'
import type { DeliveryLog } from '../webhooks/delivery-log.ts'
import type { Runners } from '../worker/runners.ts'
import { type Operation, operation, type Reply, refuse } from './operation.ts'
import { location } from './runbook-body.ts'
import { timeSchema, timeText } from './wire.ts'

type Parts = {
	account: { subscriptionId: string; resourceGroup: string; name: string }
	accountPath: string
	jobs: Pick<JobStore, 'countByStatus'>
	managing: RunbookParts
	deliveryLog: Pick<DeliveryLog, 'counts'>
	/** When this installation was started first. */
	creationTime: number
	limits: { queueLimit: number }
	runners: Pick<Runners, 'list'>
}

const accountSchema = z
	.object({
		id: z.string(),
		name: z.string(),
		type: z.string(),
		location: z.string(),
		tags: z.record(z.string(), z.string()),
		etag: z.null(),
		properties: z.object({
			sku: z.object({ name: z.string(), family: z.null(), capacity: z.null() }),
			state: z.string(),
			creationTime: timeSchema,
			lastModifiedTime: timeSchema,
			lastModifiedBy: z.null(),
			description: z.null(),
		}),
	})
	.meta({ id: 'AutomationAccount' })

const accountList = z.object({ value: z.array(accountSchema) })

export const statisticsSchema = z.object({
	value: z.array(
		z.object({ id: z.string(), counterProperty: z.string(), counterValue: z.int(), startTime: timeSchema, endTime: timeSchema }),
	),
})

const usagesSchema = z.object({
	value: z.array(
		z.object({
			id: z.string(),
			name: z.object({ value: z.string(), localizedValue: z.string() }),
			unit: z.string(),
			currentValue: z.number(),
			limit: z.number(),
			throttleStatus: z.string(),
		}),
	),
})

/** The account: the whole installation. There is one; it cannot be created or deleted. */
export function accountOperations(parts: Parts): Operation[] {
	return [...readOperations(parts), statisticsOperation(parts), usagesOperation(parts)]
}

function readOperations(parts: Parts): Operation[] {
	const { account } = parts
	const listed = (names: Record<string, string>): Reply => {
		const { subscription, resourceGroup } = names
		if (!isSame(subscription!, account.subscriptionId))
			return refuse('NotFound', `There is no subscription '${subscription!.slice(0, 128)}'.`)
		if (resourceGroup !== undefined && !isSame(resourceGroup, account.resourceGroup))
			return refuse('NotFound', `There is no resource group '${resourceGroup.slice(0, 128)}'.`)
		return { status: 200, json: { value: [accountBody(parts)] } }
	}
	return [
		operation(
			{
				operationId: 'AutomationAccount_Get',
				action: 'read',
				method: 'get',
				path: '/',
				summary: 'Get the account.',
				answers: { 200: { description: 'The account.', schema: accountSchema } },
			},
			() => ({ status: 200, json: accountBody(parts) }),
		),
		operation(
			{
				operationId: 'AutomationAccount_ListByResourceGroup',
				action: 'read',
				method: 'get',
				path: '/subscriptions/{subscription}/resourceGroups/{resourceGroup}/providers/Microsoft.Automation/automationAccounts',
				inAccount: false,
				summary: 'List the accounts of the resource group: the one there is.',
				answers: { 200: { description: 'The accounts.', schema: accountList } },
			},
			({ names }) => listed(names),
		),
		operation(
			{
				operationId: 'AutomationAccount_List',
				action: 'read',
				method: 'get',
				path: '/subscriptions/{subscription}/providers/Microsoft.Automation/automationAccounts',
				inAccount: false,
				summary: 'List the accounts of the subscription: the one there is.',
				answers: { 200: { description: 'The accounts.', schema: accountList } },
			},
			({ names }) => listed(names),
		),
	]
}

function accountBody({ account, accountPath, creationTime }: Parts): z.infer<typeof accountSchema> {
	return {
		id: accountPath,
		name: account.name,
		type: 'Microsoft.Automation/AutomationAccounts',
		location,
		tags: {},
		etag: null,
		properties: {
			sku: { name: 'Basic', family: null, capacity: null },
			state: 'Ok',
			creationTime: timeText(creationTime),
			lastModifiedTime: timeText(creationTime),
			lastModifiedBy: null,
			description: null,
		},
	}
}

function statisticsOperation({ accountPath, jobs, deliveryLog }: Parts): Operation {
	return operation(
		{
			operationId: 'Statistics_ListByAutomationAccount',
			action: 'statistics/read',
			method: 'get',
			path: '/statistics',
			summary:
				'How many jobs have each status now, of the final ones those that ended within a day; and calls of webhooks since the start of the runner.',
			answers: { 200: { description: 'A counter for each status.', schema: statisticsSchema } },
		},
		async ({ now }) => {
			const since = now - MILLISECONDS_PER_DAY
			const counts = await jobs.countByStatus(since)
			const value = jobStatuses.map((status) => ({
				id: `${accountPath}/statistics/${status}`,
				counterProperty: status,
				counterValue: counts.get(status) ?? 0,
				startTime: timeText(since),
				endTime: timeText(now),
			}))
			const { since: startTime, unknownTokens, lost } = deliveryLog.counts
			const sinceStart = (counterProperty: string, counterValue: number) => ({
				id: `${accountPath}/statistics/${counterProperty}`,
				...{ counterProperty, counterValue, startTime: timeText(startTime), endTime: timeText(now) },
			})
			const ofWebhooks = [sinceStart('CallsWithUnknownToken', unknownTokens), sinceStart('DeliveriesNotKept', lost)]
			return { status: 200, json: { value: [...value, ...ofWebhooks] } }
		},
	)
}

function usagesOperation({ accountPath, jobs, managing, limits, runners }: Parts): Operation {
	return operation(
		{
			operationId: 'Usages_ListByAutomationAccount',
			action: 'usages/read',
			method: 'get',
			path: '/usages',
			summary: 'What is used of what the installation has.',
			answers: { 200: { description: 'The usages.', schema: usagesSchema } },
		},
		async () => {
			const counts = await jobs.countByStatus()
			const running = ['Activating', 'Running', 'Stopping'] as const
			const usage = (name: string, words: string, used: number, limit: number) => ({
				id: `${accountPath}/usages/${name}`,
				name: { value: name, localizedValue: words },
				unit: 'Count',
				currentValue: used,
				limit,
				throttleStatus: used >= limit ? 'ThrottledAtAccountLevel' : 'NotThrottled',
			})
			const value = [
				usage('WaitingJobs', 'Jobs that wait', counts.get('New') ?? 0, limits.queueLimit),
				usage(
					...(['RunningJobs', 'Jobs that run'] as const),
					running.reduce((sum, status) => sum + (counts.get(status) ?? 0), 0),
					(await runners.list()).reduce((sum, { slots }) => sum + slots, 0),
				),
				usage('Runbooks', 'Runbooks', (await listRunbooks(managing)).length, RUNBOOKS_MAX),
			]
			return { status: 200, json: { value } }
		},
	)
}

function isSame(one: string, other: string): boolean {
	return one.toLowerCase() === other.toLowerCase()
}
