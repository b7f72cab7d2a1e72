import { setTimeout as wait } from 'node:timers/promises'
import { type Account, bodyOf, checkName, readList } from '../api-client.ts'
import { failureOf } from '../failure.ts'
import { IMPORT_ENTRIES_MAX, IMPORT_TRIES_MAX, IMPORT_WAIT_MAX } from '../limits.ts'
import { UsageError } from '../usage-error.ts'
import type {
	AccountContent,
	EntryKind,
	JobScheduleResource,
	RunbookResource,
	ScheduleResource,
	ToldKind,
	VariableResource,
	WebhookResource,
} from './account-content.ts'

type Page = Awaited<ReturnType<Parameters<typeof readList<{ name?: string }>>[2]['first']>>
/** A kind of resource in the official client. */
type Lists = {
	listByAutomationAccount(resourceGroup: string, account: string): Promise<Page>
	listByAutomationAccountNext(link: string): Promise<Page>
}
type Group = Lists & { get(resourceGroup: string, account: string, name: string): Promise<Parameters<typeof bodyOf>[0]> }

/** Reads all that an account holds and an import looks at. Throws what the client throws, and a UsageError where there is too much. */
export async function readAccount(account: Account): Promise<AccountContent> {
	const { client } = account
	const unread: AccountContent['unread'] = []
	const runbooks = await readEach<RunbookResource>(account, client.runbook, { kind: 'runbook', unread })
	const webhooks = await readEach<WebhookResource>(account, client.webhook, { kind: 'webhook', unread })
	const schedules = await readEach<ScheduleResource>(account, client.schedule, { kind: 'schedule', unread })
	const jobSchedules = await readEach<JobScheduleResource>(account, client.jobSchedule, { kind: 'job schedule', unread })
	const variables = await readEach<VariableResource>(account, client.variable, { kind: 'variable', unread })
	const told = await readTold(account, unread)
	return { runbooks, webhooks, schedules, jobSchedules, variables, told, unread }
}

type Reading = { kind: EntryKind; unread: AccountContent['unread'] }

/** One by one, because Azure's lists leave out parameters and days. */
async function readEach<Resource>(account: Account, group: Group, { kind, unread }: Reading): Promise<Resource[]> {
	const resources: Resource[] = []
	for (const { name = '' } of await readNames(account, group)) {
		try {
			const body = bodyOf(await unlessBusy(() => group.get(...account.names, checkName(name))))
			if (isResource(body)) resources.push(body as Resource)
			else unread.push({ kind, name, reason: 'What the account answers has no name or no properties.' })
		} catch (error) {
			// It was deleted since the list was made.
			if ((error as { statusCode?: number }).statusCode === 404) continue
			if (!(error instanceof UsageError)) throw error
			unread.push({ kind, name, reason: error.message })
		}
	}
	return resources
}

function isResource(body: object): boolean {
	const { name, properties } = body as { name?: unknown; properties?: unknown }
	return typeof name === 'string' && typeof properties === 'object' && properties !== null
}

/** Asks again, a few times, while the account is busy or away: after the wait that it asks for, else one, two and four seconds. */
async function unlessBusy<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
	for (let tries = 1; ; tries++) {
		try {
			return await ask()
		} catch (error) {
			const pause = busyPause(error) ?? 1000 * 2 ** (tries - 1)
			if (!isBusy(error) || tries >= IMPORT_TRIES_MAX || pause > IMPORT_WAIT_MAX) throw error
			await wait(pause)
		}
	}
}

function isBusy(error: unknown): boolean {
	return [429, 503].includes((error as { statusCode?: number }).statusCode ?? 0)
}

/** Milliseconds that the account asks to wait. */
function busyPause(error: unknown): number | undefined {
	const { response } = error as { response?: { headers?: { get(name: string): string | undefined } } }
	const text = response?.headers?.get('retry-after') ?? ''
	return /^\d{1,9}$/.test(text) ? Number(text) * 1000 : undefined
}

async function readNames(account: Account, group: Lists): Promise<{ name?: string; isGlobal?: boolean }[]> {
	const { items, more } = await readList(account, IMPORT_ENTRIES_MAX, {
		first: () => unlessBusy(() => group.listByAutomationAccount(...account.names)),
		next: (link) => unlessBusy(() => group.listByAutomationAccountNext(link)),
	})
	if (more) throw new UsageError(`${account.url} holds more than ${IMPORT_ENTRIES_MAX} entries of one kind: that is more than is imported.`)
	return items
}

/** What can only be told is no reason to import nothing: where it cannot be read, that is told. */
async function readTold(account: Account, unread: AccountContent['unread']): Promise<AccountContent['told']> {
	const { client } = account
	const groups: Partial<Record<ToldKind, Lists>> = {
		credential: client.credential,
		certificate: client.certificate,
		connection: client.connection,
		module: client.module,
		'Python package': client.python2Package,
		// The one group of another Runhook is its own runners.
		...(account.isAzure ? { 'hybrid worker group': client.hybridRunbookWorkerGroup } : {}),
		'source control': client.sourceControl,
		watcher: client.watcher,
	}
	const told: AccountContent['told'] = []
	for (const [kind, group] of Object.entries(groups) as [ToldKind, Lists][]) {
		try {
			// Global modules are Azure's own.
			const names = (await readNames(account, group)).filter(({ isGlobal }) => !isGlobal)
			told.push(...names.map(({ name = '' }) => ({ kind, name })))
		} catch (error) {
			const { statusCode } = error as { statusCode?: number }
			if (statusCode === undefined) throw error
			// Another Runhook has no such thing.
			if (statusCode !== 404 && statusCode !== 501) unread.push({ kind, reason: failureOf(error).message })
		}
	}
	return told
}
