import type { JobItem, Page } from '../answers.ts'
import { ask, query, term } from '../api.ts'
import { href } from '../route.ts'
import { Await, Time } from './basics.tsx'
import { Card } from './card.tsx'
import { useLoaded } from './loaded.ts'
import { Table } from './table.tsx'
import { Told } from './told.tsx'

const REFRESH_INTERVAL = 5_000
/** As many as a list tells how many are before each. */
const SHOWN = 5

function reasonOf({ properties: { statusDetails } }: JobItem): string {
	return statusDetails === 'None' || statusDetails === '' ? 'For its turn.' : statusDetails
}

/** The newest of the jobs that wait, each with the reason. */
export function WaitingJobs() {
	const asked = `/jobs${query({ $top: SHOWN, $filter: term('status', 'eq', 'New') })}`
	const listed = useLoaded(() => ask<Page<JobItem>>(asked), '', REFRESH_INTERVAL)
	return (
		<Card title="Waiting, and why" more={href('jobs', undefined, { status: 'New' })}>
			<Await of={listed}>
				{({ value }) => (
					<Table
						label="Waiting jobs"
						columns={[
							{ title: 'Runbook', cell: ({ properties: { jobId, runbook } }) => <a href={href('jobs', jobId)}>{runbook.name}</a> },
							{ title: 'Since', isNarrowHidden: true, cell: ({ properties: { creationTime } }) => <Time of={creationTime} /> },
							{ title: 'Why', cell: (job) => <Told text={reasonOf(job)} /> },
						]}
						rows={value}
						keyOf={({ properties: { jobId } }) => jobId}
						empty="Nothing waits."
					/>
				)}
			</Await>
		</Card>
	)
}
