import { useState } from 'preact/hooks'
import type { Page, StreamRecord } from '../answers.ts'
import { ask, pathOf } from '../api.ts'
import { faultText } from '../words.ts'
import { Field, Status } from './basics.tsx'
import { useLoaded } from './loaded.ts'

type TestJob = { status: string; exception: string | null }
type Test = { job: TestJob; records: StreamRecord[] }

const finalStatuses = ['Completed', 'Failed', 'Stopped']

/** Runs the draft, outside of the list of jobs, and shows what it writes. */
export function TestPane({ name }: { name: string }) {
	const path = pathOf('runbooks', name, '/draft/testJob')
	const [values, setValues] = useState('{}')
	const [count, setCount] = useState(0)
	const [isOver, setOver] = useState(false)
	const [fault, setFault] = useState('')
	const load = async (): Promise<Test | undefined> => {
		if (count === 0) return undefined
		const job = await ask<TestJob>(path)
		const { value } = await ask<Page<StreamRecord>>(`${path}/streams`)
		setOver(finalStatuses.includes(job.status))
		return { job, records: value }
	}
	const test = useLoaded(load, String(count), count > 0 && !isOver ? 500 : undefined)
	const start = async () => {
		setFault('')
		setOver(false)
		try {
			await ask(path, { method: 'PUT', body: { parameters: JSON.parse(values) } })
			setCount(count + 1)
		} catch (error) {
			setFault(faultText(error))
		}
	}
	return (
		<section aria-label="Test">
			<h3>Test the draft</h3>
			<Field label="Parameters" hint={'As JSON, each value as text: {"name":"Ada"}'} fault={fault || undefined}>
				{(attributes) => (
					<textarea {...attributes} rows={2} spellcheck={false} value={values} onInput={(event) => setValues(event.currentTarget.value)} />
				)}
			</Field>
			<button type="button" onClick={start}>
				Test
			</button>{' '}
			{test.value && <Status of={test.value.job.status} />}
			{test.value && (
				<pre class="text" role="status">
					{test.value.records.map(({ properties: { summary } }) => `${summary}\n`)}
					{test.value.job.exception}
				</pre>
			)}
		</section>
	)
}
