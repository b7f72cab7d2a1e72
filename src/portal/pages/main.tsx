import { render } from 'preact'
import { resumeSession, session } from './session.ts'
import { Shell } from './shell.tsx'
import { SignIn } from './sign-in.tsx'
import { applyTheme } from './theme.ts'

function App() {
	if (session.value === undefined) return null
	return session.value ? <Shell /> : <SignIn />
}

applyTheme()
await resumeSession()
render(<App />, document.body)
