import { setTimeout as wait } from 'node:timers/promises'
import tab from '@bomb.sh/tab/commander'
import type { Command } from 'commander'
import { openAccount } from '../api-client.ts'
import type { CommandContext } from '../command-context.ts'
import { resolveConnection } from '../connection.ts'
import { NAMES_TIME_MAX } from '../limits.ts'
import { readLogin } from '../login-file.ts'

type Completions = ReturnType<typeof tab>
type Group = 'webhook' | 'runbook' | 'schedule' | 'variable' | 'credential'

const own = (group: Group, names: string[]) => Object.fromEntries(names.map((name) => [`${group} ${name}`, group]))
/** Commands whose first argument is a name of a group. */
const namedArguments: Record<string, Group> = {
	...own('webhook', ['show', 'enable', 'disable', 'protect', 'replace', 'delete', 'deliveries', 'delivery', 'replay', 'test']),
	...own('runbook', ['show', 'run']),
	...own('schedule', ['show', 'enable', 'disable', 'delete']),
	...own('variable', ['set', 'show', 'delete']),
	...own('credential', ['set', 'show', 'delete']),
	'job start': 'runbook',
}
/** Options whose value is a name of a group. */
const namedOptions: Record<string, Group> = { runbook: 'runbook', schedule: 'schedule' }

/** Adds `completion <shell>`, and the hidden command that the printed scripts ask for words. `words` is the command line. */
export async function addCompletion(program: Command, context: CommandContext, words: string[]): Promise<void> {
	const completions = tab(program, { completionCommandName: 'completion' })
	program.commands.find((command) => command.name() === 'completion')?.description('print a script that completes words in your shell')
	if (words[0] !== 'complete') return
	// Options of the program stand behind commands, too.
	for (const command of completions.commands.values())
		for (const option of completions.options.values())
			if (option.handler) command.option(option.value, option.description, option.handler, option.alias ?? '')
			else command.option(option.value, option.description)
	await addNames(completions, context, words.slice(words.indexOf('--') + 1))
}

async function addNames(completions: Completions, context: CommandContext, words: string[]): Promise<void> {
	const path = words.slice(0, 2).join(' ')
	const command = completions.commands.get(path)
	const optionName = /^--(.+)$/.exec(words.at(-2) ?? '')?.[1] ?? ''
	const option = command?.options.get(optionName)
	const group = option ? namedOptions[optionName] : namedArguments[path]
	if (!command || !group) return
	const names = await listNames(context, group)
	const complete = (add: (value: string, description: string) => void) => {
		for (const name of names) add(name, '')
	}
	if (option) option.handler = complete
	else command.argument('name', complete)
}

/** The first names of a list that a shell takes as they are; none when they cannot be had at once, signing in included. */
async function listNames({ environment }: CommandContext, group: Group): Promise<string[]> {
	const listed = (async () => {
		const { client, names } = await openAccount(resolveConnection({}, environment, readLogin(environment)))
		const list = await client[group].listByAutomationAccount(...names)
		// The script for bash evaluates the words it is given.
		return list.map(({ name = '' }) => name).filter((name) => /^[\w.-]+$/.test(name))
	})()
	return Promise.race([listed.catch(() => []), wait(NAMES_TIME_MAX, [])])
}
