import { useState } from 'preact/hooks'
import type { JobItem, Page, Runbook } from './answers.ts'
import { ask, askText, pathOf, query, term } from './api.ts'
import { Await, Essentials, PageHead, Status, Time } from './parts/basics.tsx'
import { CreateWebhookDialog } from './parts/create-webhook.tsx'
import { DraftEditor } from './parts/draft-editor.tsx'
import { JobTable } from './parts/job-table.tsx'
import { type Loaded, useLoaded } from './parts/loaded.ts'
import { RecentJobs } from './parts/recent-jobs.tsx'
import { parametersOf } from './parts/schema.ts'
import { Source } from './parts/source.tsx'
import { StartRunbookButton } from './parts/start-runbook.tsx'
import { Table } from './parts/table.tsx'
import { Tabs } from './parts/tabs.tsx'
import { runbookState } from './runbooks.tsx'
import { may } from './session.ts'

/** One runbook: what it asks for, its source, its draft, and how its jobs went. */
export function RunbookPage({ name }: { name: string }) {
	const loaded = useLoaded(() => ask<Runbook>(pathOf('runbooks', name)), name, 10_000)
	const [isCreating, setCreating] = useState(false)
	const { fault, state } = loaded.value?.properties ?? {}
	const canStart = loaded.value !== undefined && fault === undefined && state !== 'New'
	return (
		<>
			<PageHead title={name} kind="Runbook">
				{canStart && <StartRunbookButton runbook={name} label="Start" />}
				{canStart && may('webhooks/write') && (
					<button type="button" onClick={() => setCreating(true)}>
						Add webhook
					</button>
				)}
			</PageHead>
			{isCreating && <CreateWebhookDialog runbook={name} onClose={() => setCreating(false)} />}
			<Await of={loaded}>{(runbook) => <RunbookContent runbook={runbook} loaded={loaded} />}</Await>
		</>
	)
}

function RunbookContent({ runbook, loaded }: { runbook: Runbook; loaded: Loaded<Runbook> }) {
	const { name, properties } = runbook
	const jobs = useLoaded(
		async () =>
			may('jobs/read') ? ask<Page<JobItem>>(`/jobs${query({ $top: 20, $filter: term('runbook/name', 'eq', name) })}`) : undefined,
		name,
		5_000,
	)
	const tabs = [
		...(may('jobs/read') ? [{ title: 'Recent jobs', content: <RecentJobTable of={jobs} /> }] : []),
		{ title: 'Parameters', content: <ParameterTable runbook={runbook} /> },
		...(may('runbooks/content/read') && properties.state !== 'New' ? [{ title: 'Source', content: <PublishedSource name={name} /> }] : []),
		...(may('runbooks/draft/content/write')
			? [{ title: 'Edit', content: <DraftEditor runbook={runbook} onChange={loaded.reload} /> }]
			: []),
	]
	return (
		<>
			<section class="card">
				<Essentials
					of={[
						['Status', <Status key="status" of={runbookState(runbook)} />],
						['Last jobs', <RecentJobs key="jobs" jobs={jobs.value?.value.slice(0, 10)} />],
						['Jobs kept', String(properties.jobCount)],
						['Last modified', <Time key="modified" of={properties.lastModifiedTime} />],
						['Draft', properties.draft ? <Time key="draft" of={properties.draft.lastModifiedTime} /> : 'None'],
						['Description', properties.description],
					]}
				/>
				{properties.fault !== undefined && <p class="message fault">{properties.fault}</p>}
			</section>
			<Tabs label="About the runbook" tabs={tabs} />
		</>
	)
}

function RecentJobTable({ of }: { of: Loaded<Page<JobItem> | undefined> }) {
	return <Await of={of}>{(page) => <JobTable jobs={page?.value ?? []} without={['Runbook']} empty="It has no jobs." />}</Await>
}

function ParameterTable({ runbook }: { runbook: Runbook }) {
	return (
		<Table
			label="Parameters"
			columns={[
				{ title: 'Name', cell: ({ name }) => <strong>{name}</strong> },
				{ title: 'Kind', cell: ({ kind, choices }) => (kind === 'choice' ? choices.join(' | ') : kind) },
				{ title: 'Mandatory', cell: ({ isMandatory }) => (isMandatory ? 'Yes' : 'No') },
				{ title: 'Default', cell: ({ defaultText }) => (defaultText ? <code>{defaultText}</code> : '-') },
				{ title: 'About', cell: ({ hint }) => hint },
			]}
			rows={parametersOf(runbook)}
			keyOf={({ name }) => name}
			empty="It has no parameters."
		/>
	)
}

function PublishedSource({ name }: { name: string }) {
	const text = useLoaded(() => askText(pathOf('runbooks', name, '/content')), name)
	return <Await of={text}>{(source) => <Source text={source} />}</Await>
}
