import { Command } from 'commander'
import { type CommandContext, onAccount, show } from '../command-context.ts'
import { send } from '../server-request.ts'
import { facts } from '../table.ts'
import { UsageError } from '../usage-error.ts'

type Rotation = { keyId: string; resealedCount: number; damaged: { kind: string; name: string }[] }

/** `runhook secret-key …` */
export function secretKeyCommand(context: CommandContext): Command {
	const group = new Command('secret-key').description('the key that encrypted variables and passwords are sealed with')
	group
		.command('rotate')
		.description('make a new key, and seal everything with it')
		.action(
			onAccount<unknown, []>(context, async (session) => {
				if (session.account.isAzure) throw new UsageError('Azure keeps its keys itself.')
				const body = (await send(session.account, { method: 'POST', path: '/rotateSecretKey' })) as Rotation
				show(session, body, () =>
					facts(session.terminal, [
						['Key', body.keyId],
						['Sealed anew', String(body.resealedCount)],
						['To be set anew', body.damaged.map(({ kind, name }) => `${kind} '${name}'`).join('\n'), 'red'],
					]),
				)
				return undefined
			}),
		)
	return group
}
