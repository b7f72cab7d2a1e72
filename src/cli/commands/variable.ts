import type { AutomationModels } from '@azure/arm-automation'
import { Command } from 'commander'
import { bodyOf, checkName, readList } from '../api-client.ts'
import { type CommandContext, onAccount, type Session, show } from '../command-context.ts'
import { addDelete } from '../delete-command.ts'
import { exitCodes } from '../failure.ts'
import { readSecret } from '../prompt.ts'
import { limitOption, showList } from '../show-list.ts'
import { type Column, facts } from '../table.ts'
import { localTime } from '../time-text.ts'
import { UsageError } from '../usage-error.ts'

type Variable = AutomationModels.Variable
type SetOptions = { value?: string; json?: string; encrypted?: boolean; description?: string }

/** `runhook variable …` */
export function variableCommand(context: CommandContext): Command {
	const group = new Command('variable').description('values that all runbooks share')
	group
		.command('set <name>')
		.description('create a variable, or change it; without --value and --json the text is asked for, or read from standard input')
		.option('--value <text>', 'a text; what stands among the arguments can be read by everybody on the machine')
		.option('--json <json>', 'a value of any type, as JSON; - for standard input')
		.option('--encrypted', 'create it as a secret, which is never shown; fixed from then on')
		.option('--description <text>', 'what it is for')
		.action(onAccount<SetOptions>(context, setVariable))
	group
		.command('list')
		.description('list variables')
		.addOption(limitOption())
		.action(onAccount<{ limit: number }, []>(context, listVariables))
	group
		.command('show <name>')
		.description('show a variable; an encrypted one without its value')
		.action(
			onAccount(context, async (session, [name]) => {
				const variable = await session.account.client.variable.get(...session.account.names, checkName(name))
				show(session, bodyOf(variable), () => variableText(session, variable))
				return undefined
			}),
		)
	addDelete(group, context, {
		what: 'variable',
		consequence: 'runbooks that ask for it fail',
		act: ({ client, names }, name) => client.variable.deleteMethod(...names, name),
	})
	return group
}

async function setVariable(session: Session, [name]: [string], options: SetOptions): Promise<number | undefined> {
	const { client, names } = session.account
	checkName(name)
	const value = await readValue(session, name, options)
	if (value === undefined) return exitCodes.interrupted
	const { encrypted, description } = options
	const variable = await client.variable.createOrUpdate(...names, name, {
		name,
		value,
		...(encrypted ? { isEncrypted: true } : {}),
		...(description === undefined ? {} : { description }),
	})
	show(session, bodyOf(variable), () => variableText(session, variable))
	return undefined
}

/** The value as the API takes it: JSON text. undefined when the person who was asked gives up. Throws a UsageError. */
async function readValue({ terminal }: Session, name: string, { value, json }: SetOptions): Promise<string | undefined> {
	if (value !== undefined && json !== undefined) throw new UsageError('--value and --json cannot be given together.')
	const text = value ?? (json !== undefined && json !== '-' ? json : await readSecret(terminal, `Value of variable '${name}': `))
	if (text === undefined) return undefined
	return json === undefined ? JSON.stringify(text) : checkJson(text)
}

/** The text is not quoted: it may be a secret. */
function checkJson(text: string): string {
	try {
		JSON.parse(text)
		return text
	} catch {
		throw new UsageError('--json is no JSON.', 'A text needs quotation marks of its own there; --value takes it without.')
	}
}

async function listVariables(session: Session, _args: [], { limit }: { limit: number }): Promise<undefined> {
	const { client, names } = session.account
	const list = await readList(session.account, limit, {
		first: () => client.variable.listByAutomationAccount(...names),
		next: (link) => client.variable.listByAutomationAccountNext(link),
	})
	const columns: Column<Variable>[] = [
		{ heading: 'name', text: ({ name }) => name ?? '' },
		{ heading: 'value', text: valueText, format: ({ isEncrypted }) => (isEncrypted ? 'dim' : undefined) },
		{ heading: 'changed', text: ({ lastModifiedTime }) => localTime(lastModifiedTime) },
		{ heading: 'description', text: ({ description }) => description ?? '' },
	]
	showList(session, list, { columns, empty: 'There are no variables.' })
	return undefined
}

function valueText({ isEncrypted, value }: Variable): string {
	return isEncrypted ? '(encrypted)' : (value ?? '')
}

function variableText({ terminal }: Session, variable: Variable): string {
	return facts(terminal, [
		['Name', variable.name],
		['Value', valueText(variable)],
		['Description', variable.description],
		['Created', localTime(variable.creationTime)],
		['Changed', localTime(variable.lastModifiedTime)],
	])
}
