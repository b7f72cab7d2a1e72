import { askHealth } from '../api.ts'
import { durationText } from '../words.ts'
import { Await, Status, Time } from './basics.tsx'
import { Card } from './card.tsx'
import { useLoaded } from './loaded.ts'
import { Table } from './table.tsx'

type Part = { status: string; since: string; checkedTime: string; milliseconds: number; message: string }
type Health = { parts?: Record<string, Part> }

const REFRESH_INTERVAL = 10_000
const words: Record<string, string> = { up: 'Up', warning: 'Warning', down: 'Down' }

/** The parts of the runner, those first that need somebody. */
export function HealthCard() {
	const load = async () => {
		const modes = await Promise.all(['core', 'secondary'].map((mode) => askHealth<Health>(mode)))
		const order = ['down', 'warning', 'up']
		return modes
			.flatMap(({ parts = {} }) => Object.entries(parts))
			.sort(([, one], [, other]) => order.indexOf(one.status) - order.indexOf(other.status))
	}
	const loaded = useLoaded(load, '', REFRESH_INTERVAL)
	return (
		<Card title="Health">
			<Await of={loaded}>
				{(parts) => (
					<Table
						label="Parts of the runner"
						columns={[
							{ title: 'Part', cell: ([name]) => name },
							{ title: 'Status', cell: ([, { status }]) => <Status of={words[status] ?? status} /> },
							{ title: 'Since', isNarrowHidden: true, cell: ([, { since }]) => <Time of={since} /> },
							{ title: 'Check took', isNumber: true, isNarrowHidden: true, cell: ([, { milliseconds }]) => durationText(milliseconds) },
							{ title: 'What was found', cell: ([, { message }]) => message },
						]}
						rows={parts}
						keyOf={([name]) => name}
						empty="No part is looked at."
					/>
				)}
			</Await>
		</Card>
	)
}
