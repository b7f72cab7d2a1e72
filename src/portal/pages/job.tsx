import { useEffect, useState } from 'preact/hooks'
import type { Job } from './answers.ts'
import { ask, pathOf } from './api.ts'
import { Await, Essentials, PageHead, Status, Time } from './parts/basics.tsx'
import { Dialog } from './parts/dialog.tsx'
import { JobInput } from './parts/job-input.tsx'
import { JobLogs } from './parts/job-logs.tsx'
import { runText, WebhookLink } from './parts/job-table.tsx'
import { JobTimeline } from './parts/job-timeline.tsx'
import { type Loaded, useLoaded, useTicking } from './parts/loaded.ts'
import { tellOf } from './parts/notice.tsx'
import { StartDialog } from './parts/start-runbook.tsx'
import { Tabs } from './parts/tabs.tsx'
import { Told } from './parts/told.tsx'
import { href } from './route.ts'
import { may } from './session.ts'

const finalStatuses = ['Completed', 'Failed', 'Stopped']
/** How often the status of a job that has not ended is asked for, milliseconds. */
const STATUS_INTERVAL = 1_000

function isEnded({ properties: { status } }: Job): boolean {
	return finalStatuses.includes(status)
}

/** One job: where it is on its way, what went in, and what it writes, live. */
export function JobPage({ name }: { name: string }) {
	const [isOver, setOver] = useState(false)
	const loaded = useLoaded(() => ask<Job>(pathOf('jobs', name)), name, isOver ? undefined : STATUS_INTERVAL)
	const job = loaded.value
	useEffect(() => setOver(job !== undefined && isEnded(job)), [job])
	const told = job && `${job.properties.runbook.name}: ${job.properties.status}`
	// In a row of tabs ids tell nothing.
	useEffect(() => {
		if (told) document.title = `${told} - Runhook`
	}, [told])
	useTicking(1_000, !isOver)
	return (
		<>
			<PageHead title={job?.properties.runbook.name ?? 'Job'} {...(job && { kind: 'Job' })}>
				{job && <JobCommands job={job} loaded={loaded} />}
			</PageHead>
			<p class="hidden" role="status">
				{job && `The job is ${job.properties.status}.`}
			</p>
			<Await of={loaded}>{(shown) => <JobContent job={shown} onEnd={loaded.reload} />}</Await>
		</>
	)
}

function JobContent({ job, onEnd }: { job: Job; onEnd: () => void }) {
	const { properties } = job
	const { jobId, status, statusDetails, runbook, webhook, startedBy, creationTime, exception } = properties
	const mayReadStreams = may('jobs/streams/read')
	const tabs = [
		...(mayReadStreams
			? [{ title: 'All logs', content: <JobLogs key={jobId} path={pathOf('jobs', jobId)} hasOutput onEnd={onEnd} /> }]
			: []),
		{ title: 'Input', content: <JobInput parameters={properties.parameters} /> },
		...(exception === null ? [] : [{ title: 'Exception', content: <pre class="text fault">{exception}</pre> }]),
	]
	return (
		<>
			<section class="card">
				<Essentials
					of={[
						['Status', <Status key={status} of={status} />],
						['Runbook', may('runbooks/read') ? <a href={href('runbooks', runbook.name)}>{runbook.name}</a> : runbook.name],
						['Started by', webhook ? <WebhookLink name={webhook.name}>Webhook {webhook.name}</WebhookLink> : startedBy],
						['Created', <Time key="created" of={creationTime} />],
						['Ran for', runText(properties)],
						['Job ID', <code key="id">{jobId}</code>],
					]}
				/>
				{statusDetails !== 'None' && statusDetails !== '' && (
					<p class="message">
						<Told text={statusDetails} />
					</p>
				)}
				{exception !== null && <p class="message fault">{exception.split('\n')[0]}</p>}
				<JobTimeline job={job} />
			</section>
			<Tabs label="About the job" tabs={tabs} />
		</>
	)
}

const acts = {
	stop: { word: 'Stop', done: 'The job is told to stop.', from: ['New', 'Activating', 'Running', 'Suspended'] },
	suspend: { word: 'Suspend', done: 'The job is suspended.', from: ['New'] },
	resume: { word: 'Resume', done: 'The job waits for its turn again.', from: ['Suspended'] },
} as const

function JobCommands({ job, loaded }: { job: Job; loaded: Loaded<Job> }) {
	const [asked, setAsked] = useState<'again' | 'stop'>()
	const { jobId, status, runbook, parameters } = job.properties
	const act = async (action: keyof typeof acts) => {
		setAsked(undefined)
		await tellOf(acts[action].done, () => ask(pathOf('jobs', jobId, `/${action}`), { method: 'POST' }))
		loaded.reload()
	}
	const allowed = (['stop', 'suspend', 'resume'] as const).filter(
		(action) => may(`jobs/${action}/action`) && (acts[action].from as readonly string[]).includes(status),
	)
	const { WebhookData: call, ...values } = parameters
	return (
		<>
			{allowed.map((action) => (
				<button key={action} type="button" onClick={() => (action === 'stop' ? setAsked('stop') : void act(action))}>
					{acts[action].word}
				</button>
			))}
			{may('jobs/write') && (
				<button type="button" onClick={() => setAsked('again')}>
					Run again
				</button>
			)}
			{asked === 'again' && (
				<StartDialog
					title={`Run ${runbook.name} again`}
					runbook={runbook.name}
					values={values}
					call={call}
					onClose={() => setAsked(undefined)}
				/>
			)}
			{asked === 'stop' && (
				<Dialog title="Stop this job?" action="Stop" isDangerous onAct={() => act('stop')} onClose={() => setAsked(undefined)}>
					<p>
						The runbook is told to stop and ends by itself within its time of grace; then its process is killed. What it has done so far
						stays done.
					</p>
				</Dialog>
			)}
		</>
	)
}
