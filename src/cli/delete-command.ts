import type { Command } from 'commander'
import { type Account, checkName } from './api-client.ts'
import { type CommandContext, onAccount } from './command-context.ts'
import { exitCodes } from './failure.ts'
import { askYes } from './prompt.ts'

type Deletion = {
	/** In Azure's word: `webhook`. */
	what: string
	/** What follows from it, as a sentence goes on. */
	consequence: string
	act: (account: Account, name: string) => Promise<unknown>
	/** What the argument is, and what it has to pass; a name unless told. */
	argument?: { name: string; check: (text: string) => string }
}

const byName = { name: 'name', check: checkName }

/** Gives a group the command `delete <name>`: it asks where somebody is there to be asked. */
export function addDelete(group: Command, context: CommandContext, { what, consequence, act, argument = byName }: Deletion): void {
	group
		.command(`delete <${argument.name}>`)
		.description(`delete a ${what}; ${consequence}`)
		.option('--yes', 'do not ask')
		.action(
			onAccount<{ yes?: boolean }>(context, async ({ account, terminal, mode }, [name], { yes }) => {
				argument.check(name)
				if (!yes && terminal.canAsk && !(await askYes(terminal, `Delete ${what} '${name}'? Then ${consequence}.`))) {
					terminal.note('Nothing was deleted.')
					return exitCodes.failed
				}
				await act(account, name)
				if (mode === 'table') terminal.print(`The ${what} '${name}' was deleted.`)
				return undefined
			}),
		)
}
