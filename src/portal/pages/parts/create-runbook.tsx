import { useState } from 'preact/hooks'
import { ask, pathOf } from '../api.ts'
import { go, href } from '../route.ts'
import { may } from '../session.ts'
import { Field } from './basics.tsx'
import { Dialog } from './dialog.tsx'

const firstText = (name: string) => `import { defineRunbook, z } from 'runhook'

export default defineRunbook({
	description: 'What ${name} does.',
	parameters: z.object({ name: z.string().default('world') }),
	async run({ parameters, output }) {
		output(\`Hello, \${parameters.name}!\`)
	},
})
`

/** A new runbook begins as a draft, which is edited, tested and published. */
export function CreateRunbookButton() {
	const [isOpen, setOpen] = useState(false)
	const [name, setName] = useState('')
	if (!may('runbooks/write') || !may('runbooks/draft/content/write')) return null
	const create = async () => {
		await ask(pathOf('runbooks', name), { method: 'PUT', body: { properties: { runbookType: 'TypeScript', draft: {} } } })
		await ask(pathOf('runbooks', name, '/draft/content'), { method: 'PUT', text: firstText(name) })
		go(href('runbooks', name))
	}
	return (
		<>
			<button type="button" class="primary" onClick={() => setOpen(true)}>
				Create a runbook
			</button>
			{isOpen && (
				<Dialog title="Create a runbook" action="Create" isReady={name !== ''} onAct={create} onClose={() => setOpen(false)}>
					<Field label="Name" isMandatory hint="The name of its file, without .ts.">
						{(attributes) => <input {...attributes} value={name} onInput={(event) => setName(event.currentTarget.value.trim())} />}
					</Field>
				</Dialog>
			)}
		</>
	)
}
