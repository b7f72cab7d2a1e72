import { type Account, bodyOf, checkName, readList } from '../api-client.ts'
import { failureOf } from '../failure.ts'
import { IMPORT_ENTRIES_MAX } from '../limits.ts'
import { UsageError } from '../usage-error.ts'
import type {
	AccountContent,
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
	const runbooks = await readEach<RunbookResource>(account, client.runbook)
	const webhooks = await readEach<WebhookResource>(account, client.webhook)
	const schedules = await readEach<ScheduleResource>(account, client.schedule)
	const jobSchedules = await readEach<JobScheduleResource>(account, client.jobSchedule)
	const variables = await readEach<VariableResource>(account, client.variable)
	return { runbooks, webhooks, schedules, jobSchedules, variables, ...(await readTold(account)) }
}

/** One by one, because Azure's lists leave out parameters and days. */
async function readEach<Resource>(account: Account, group: Group): Promise<Resource[]> {
	const resources: Resource[] = []
	for (const { name = '' } of await readNames(account, group))
		resources.push(bodyOf(await group.get(...account.names, checkName(name))) as Resource)
	return resources
}

async function readNames(account: Account, group: Lists): Promise<{ name?: string; isGlobal?: boolean }[]> {
	const { items, more } = await readList(account, IMPORT_ENTRIES_MAX, {
		first: () => group.listByAutomationAccount(...account.names),
		next: (link) => group.listByAutomationAccountNext(link),
	})
	if (more) throw new UsageError(`${account.url} holds more than ${IMPORT_ENTRIES_MAX} entries of one kind: that is more than is imported.`)
	return items
}

/** What can only be told is no reason to import nothing: where it cannot be read, that is told. */
async function readTold(account: Account): Promise<Pick<AccountContent, 'told' | 'unread'>> {
	const { client } = account
	const groups: Record<ToldKind, Lists> = {
		credential: client.credential,
		certificate: client.certificate,
		connection: client.connection,
		module: client.module,
		'Python package': client.python2Package,
		'hybrid worker group': client.hybridRunbookWorkerGroup,
		'source control': client.sourceControl,
		watcher: client.watcher,
	}
	const told: AccountContent['told'] = []
	const unread: AccountContent['unread'] = []
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
	return { told, unread }
}
