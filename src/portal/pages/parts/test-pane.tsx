import { useState } from 'preact/hooks'
import { ask, pathOf } from '../api.ts'
import { faultText } from '../words.ts'
import { Field, Status } from './basics.tsx'
import { JobLogs } from './job-logs.tsx'
import { useLoaded } from './loaded.ts'

type TestJob = { status: string; exception: string | null }

/** Runs the draft, outside of the list of jobs, and shows what it writes. */
export function TestPane({ name }: { name: string }) {
	const path = pathOf('runbooks', name, '/draft/testJob')
	const [values, setValues] = useState('{}')
	const [count, setCount] = useState(0)
	const [fault, setFault] = useState('')
	const test = useLoaded(async () => (count === 0 ? undefined : ask<TestJob>(path)), String(count))
	const start = async () => {
		setFault('')
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
			<p>
				<button type="button" onClick={start}>
					Test
				</button>{' '}
				{test.value && <Status of={test.value.status} />}
			</p>
			{test.value?.exception && <p class="message fault">{test.value.exception.split('\n')[0]}</p>}
			{count > 0 && <JobLogs key={count} path={path} onEnd={test.reload} />}
		</section>
	)
}
