import type { JobItem, Page, RunbookItem } from './answers.ts'
import { ask, askAll, query, term } from './api.ts'
import { Await, PageHead, Status, Time } from './parts/basics.tsx'
import { CreateRunbookButton } from './parts/create-runbook.tsx'
import { useLoaded } from './parts/loaded.ts'
import { RecentJobs } from './parts/recent-jobs.tsx'
import { Table } from './parts/table.tsx'
import { href } from './route.ts'
import { may } from './session.ts'

/** The last jobs of so many runbooks are shown: each is a request of its own. */
const ASKED_MAX = 50
const JOBS_SHOWN = 10

async function lastJobs(names: string[]): Promise<Map<string, JobItem[]>> {
	const asked = names.slice(0, ASKED_MAX).map(async (name) => {
		const { value } = await ask<Page<JobItem>>(`/jobs${query({ $top: JOBS_SHOWN, $filter: term('runbook/name', 'eq', name) })}`)
		return [name, value] as const
	})
	return new Map(await Promise.all(asked))
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
	const names = runbooks.map(({ name }) => name)
	const jobs = useLoaded(async () => (may('jobs/read') ? lastJobs(names) : new Map<string, JobItem[]>()), names.join('/'), 15_000)
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
				{ title: 'Last jobs', cell: ({ name }) => <RecentJobs jobs={jobs.value?.get(name)} /> },
				{ title: 'Last modified', isNarrowHidden: true, cell: ({ properties: { lastModifiedTime } }) => <Time of={lastModifiedTime} /> },
			]}
			rows={runbooks}
			keyOf={({ name }) => name}
			empty="There are no runbooks. Put a file into the runbooks folder, or create one here."
		/>
	)
}
