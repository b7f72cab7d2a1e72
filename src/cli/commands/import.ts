import { resolve } from 'node:path'
import { Command } from 'commander'
import { type Account, openAccount } from '../api-client.ts'
import { type CommandContext, onAccount, type Session, show } from '../command-context.ts'
import { type Connection, resolveConnection, warnIfReadable } from '../connection.ts'
import { carryOut } from '../import/carry-out.ts'
import { readFolder } from '../import/import-folder.ts'
import { reportBody, reportText } from '../import/import-report.ts'
import { planImport } from '../import/plan-import.ts'
import { readAccount } from '../import/read-account.ts'
import { readLogin } from '../login-file.ts'
import { UsageError } from '../usage-error.ts'

type ImportOptions = {
	fromEndpoint: string
	fromSubscription?: string
	fromResourceGroup?: string
	fromAccount?: string
	folder: string
	enableSchedules?: boolean
	dryRun?: boolean
}

/** `runhook import` */
export function importCommand(context: CommandContext): Command {
	return new Command('import')
		.description('bring over what an Automation account of Azure holds, and tell what has to be done by hand; what is there is left alone')
		.requiredOption('--from-azure', 'from an Automation account')
		.option('--from-subscription <id>', 'its subscription')
		.option('--from-resource-group <name>', 'its resource group')
		.option('--from-account <name>', 'its name')
		.option('--from-endpoint <url>', 'where it is; another Runhook is let into with RUNHOOK_FROM_TOKEN', 'https://management.azure.com')
		.option('--folder <folder>', 'the folder of runbooks/ and webhooks.json', '.')
		.option('--enable-schedules', 'create schedules enabled that are enabled in Azure; else they are disabled')
		.option('--dry-run', 'write nothing: show what would be done')
		.action(onAccount<ImportOptions, []>(context, (session, _args, options) => importAccount(context, session, options)))
}

async function importAccount(context: CommandContext, session: Session, options: ImportOptions): Promise<number> {
	const { account: target, terminal, now } = session
	if (target.isAzure)
		throw new UsageError('An import goes into a Runhook.', 'The account in Azure is named with --from-subscription and so on.')
	const connection = sourceConnection(context, options)
	const source = await openAccount(connection)
	if (source.url.toLowerCase() === target.url.toLowerCase()) throw new UsageError('The account cannot be imported into itself.')
	const folder = resolve(options.folder)
	const content = readFolder(folder)
	// First, because it answers at once whether it is there.
	const there = await readAccount(target)
	warnIfReadable(source.endpoint, terminal)
	const plan = planImport({
		source: await readSource(context, source),
		target: there,
		folder: content,
		now,
		enableSchedules: options.enableSchedules ?? false,
	})
	const isDryRun = options.dryRun ?? false
	const { entries, exitCode } = isDryRun ? { ...plan, exitCode: 0 } : await carryOut(plan, { target, folder })
	show(session, reportBody(entries, { isDryRun, from: source.url }), () => reportText(terminal, entries, isDryRun))
	return exitCode
}

/** A failure to read the source is worded as one of the source. */
async function readSource({ about }: CommandContext, source: Account): ReturnType<typeof readAccount> {
	const aboutTarget = { isSource: false, ...about }
	Object.assign(about, { endpoint: source.endpoint, isAzure: source.isAzure, isSource: true })
	const content = await readAccount(source)
	Object.assign(about, aboutTarget)
	return content
}

/** Where to read from. What names the target, its token above all, has no part in it. Throws a UsageError. */
function sourceConnection({ environment }: CommandContext, options: ImportOptions): Connection {
	const { fromEndpoint: endpoint, fromSubscription: subscription, fromResourceGroup: resourceGroup, fromAccount: account } = options
	const given = Object.entries({ endpoint, subscription, resourceGroup, account }).filter(([, value]) => value !== undefined)
	const login = readLogin(environment)
	try {
		const connection = resolveConnection(Object.fromEntries(given), { RUNHOOK_TOKEN: environment.RUNHOOK_FROM_TOKEN }, login)
		if (connection.isAzure || connection.token !== undefined) return connection
	} catch (error) {
		throw error instanceof UsageError ? new UsageError(sourceWords(error.message), 'They name the account to import from.') : error
	}
	throw new UsageError(`There is no token for ${endpoint}.`, 'Set RUNHOOK_FROM_TOKEN, or log in to it with a runhook login of its own.')
}

/** The options of the source have names of their own. */
function sourceWords(message: string): string {
	return message.replaceAll(/--(?=subscription|resource-group|account)/g, '--from-')
}
