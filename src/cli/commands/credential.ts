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

type Credential = AutomationModels.Credential
type SetOptions = { userName: string; description?: string }

/** `runhook credential …` */
export function credentialCommand(context: CommandContext): Command {
	const group = new Command('credential').description('user names with passwords, for runbooks')
	group
		.command('set <name>')
		.description('create a credential, or replace it; the password is asked for, or read from standard input')
		.requiredOption('--user-name <name>', 'the user name; of an identity of Azure <tenant id>/<client id>')
		.option('--description <text>', 'what it is for')
		.action(onAccount<SetOptions>(context, setCredential))
	group
		.command('list')
		.description('list credentials')
		.addOption(limitOption())
		.action(onAccount<{ limit: number }, []>(context, listCredentials))
	group
		.command('show <name>')
		.description('show a credential, without its password')
		.action(
			onAccount(context, async (session, [name]) => {
				const credential = await session.account.client.credential.get(...session.account.names, checkName(name))
				show(session, bodyOf(credential), () => credentialText(session, credential))
				return undefined
			}),
		)
	addDelete(group, context, {
		what: 'credential',
		consequence: 'runbooks that ask for it fail',
		act: ({ client, names }, name) => client.credential.deleteMethod(...names, name),
	})
	return group
}

async function setCredential(session: Session, [name]: [string], { userName, description }: SetOptions): Promise<number | undefined> {
	const { client, names } = session.account
	checkName(name)
	const password = await readSecret(session.terminal, `Password of credential '${name}': `)
	if (password === undefined) return exitCodes.interrupted
	const described = description === undefined ? {} : { description }
	const credential = await client.credential.createOrUpdate(...names, name, { name, userName, password, ...described })
	show(session, bodyOf(credential), () => credentialText(session, credential))
	return undefined
}

async function listCredentials(session: Session, _args: [], { limit }: { limit: number }): Promise<undefined> {
	const { client, names } = session.account
	const list = await readList(session.account, limit, {
		first: () => client.credential.listByAutomationAccount(...names),
		next: (link) => client.credential.listByAutomationAccountNext(link),
	})
	const columns: Column<Credential>[] = [
		{ heading: 'name', text: ({ name }) => name ?? '' },
		{ heading: 'user name', text: ({ userName }) => userName ?? '' },
		{ heading: 'changed', text: ({ lastModifiedTime }) => localTime(lastModifiedTime) },
		{ heading: 'description', text: ({ description }) => description ?? '' },
	]
	showList(session, list, { columns, empty: 'There are no credentials.' })
	return undefined
}

function credentialText({ terminal }: Session, credential: Credential): string {
	return facts(terminal, [
		['Name', credential.name],
		['User name', credential.userName],
		['Description', credential.description],
		['Created', localTime(credential.creationTime)],
		['Changed', localTime(credential.lastModifiedTime)],
	])
}
