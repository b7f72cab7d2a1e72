import type { RunbookItem, RunbookStatistics } from './answers.ts'
import { ask, askAll, query } from './api.ts'
import { Await, PageHead, Status, Time } from './parts/basics.tsx'
import { CreateRunbookButton } from './parts/create-runbook.tsx'
import { EndedJobs } from './parts/ended-jobs.tsx'
import { useLoaded } from './parts/loaded.ts'
import { Table } from './parts/table.tsx'
import { href } from './route.ts'
import { may } from './session.ts'
import { durationText } from './words.ts'

/** Days whose jobs are counted, today the last. */
const COUNTED_DAYS = 7

/** How the jobs of each runbook ended in the last days. */
async function endedJobs(): Promise<Map<string, RunbookStatistics>> {
	if (!may('statistics/read')) return new Map()
	const { value } = await ask<{ value: RunbookStatistics[] }>(`/statistics/runbooks${query({ count: COUNTED_DAYS })}`)
	return new Map(value.map((each) => [each.name, each]))
}

/** All runbooks, with what is wrong with those that cannot be started. */
export function RunbooksPage() {
	const listed = useLoaded(() => askAll<RunbookItem>('/runbooks'), '', 10_000)
	return (
		<>
			<PageHead title="Runbooks">
				<CreateRunbookButton />
			</PageHead>
			<section class="card">
				<Await of={listed}>{(runbooks) => <RunbookTable runbooks={runbooks} />}</Await>
			</section>
		</>
	)
}

export function runbookState({ properties: { fault, state } }: RunbookItem): string {
	return fault === undefined ? (state === 'Edit' ? 'Published' : state) : 'Fault'
}

function RunbookTable({ runbooks }: { runbooks: RunbookItem[] }) {
	const ended = useLoaded(endedJobs, '', 15_000)
	return (
		<Table
			label="Runbooks"
			columns={[
				{ title: 'Name', cell: ({ name }) => <a href={href('runbooks', name)}>{name}</a> },
				{
					title: 'Status',
					cell: (runbook) => (
						<>
							<Status of={runbookState(runbook)} /> {runbook.properties.state === 'Edit' && 'with a draft'}
						</>
					),
				},
				{ title: 'Description', cell: ({ properties: { description, fault } }) => fault ?? description },
				{ title: 'Jobs in 7 days', cell: ({ name }) => ended.value && <EndedJobs of={ended.value.get(name)} /> },
				{
					...{ title: 'Average', isNumber: true, isNarrowHidden: true },
					cell: ({ name }) => {
						const seconds = ended.value?.get(name)?.averageSeconds
						return seconds == null ? '-' : durationText(seconds * 1_000)
					},
				},
				{ title: 'Last modified', isNarrowHidden: true, cell: ({ properties: { lastModifiedTime } }) => <Time of={lastModifiedTime} /> },
			]}
			rows={runbooks}
			keyOf={({ name }) => name}
			empty="There are no runbooks. Put a file into the runbooks folder, or create one here."
		/>
	)
}
