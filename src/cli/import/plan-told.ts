import type { AccountContent, ToldKind } from './account-content.ts'
import { type PlanEntry, same } from './import-plan.ts'

/** What has to be done about each, because Azure does not give the secret or Runhook has nothing like it. */
const whatToDo: Record<ToldKind, string> = {
	credential: 'Azure does not give its password: create it.',
	certificate: 'Runhook keeps no certificates: put the file where the runbook can read it, or its text into an encrypted variable.',
	connection: 'Runhook has no connections: use a credential, or the identity of the runbook.',
	module: 'Runbooks use npm packages: find one for what this module did.',
	'Python package': 'Runbooks use npm packages: find one for what this package did.',
	'hybrid worker group': 'Its jobs run where Runhook does: no group can be chosen.',
	'source control': 'Runhook takes runbooks from its folder: let your pipeline put them there.',
	watcher: 'Runhook has no watchers: use a schedule, and the state of a runbook.',
}

/** What cannot be carried over at all. */
export function planTold(source: AccountContent, target: AccountContent): PlanEntry[] {
	const isThere = ({ kind, name }: AccountContent['told'][number]) =>
		target.told.some((there) => there.kind === kind && same(there.name, name))
	const told = source.told.map((told): PlanEntry => {
		if (isThere(told)) return { ...told, action: 'keep', notes: [] }
		return { ...told, action: 'by hand', notes: [whatToDo[told.kind]] }
	})
	const unread = source.unread.map(
		({ kind, name, reason }): PlanEntry => ({
			kind,
			name: name ?? '*',
			action: 'by hand',
			notes: [`${name === undefined ? 'They' : 'It'} could not be read: ${reason}`],
		}),
	)
	return [...told, ...unread]
}
