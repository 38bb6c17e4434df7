/** @module The Connect page, from its link on. */

import '../style.css'
import { createRoot } from 'react-dom/client'
import { applyTheme } from '../theme.ts'
import { ConnectPage } from './page.tsx'
import { ConnectSession } from './session.ts'

applyTheme()
// Another link that is opened in the same window changes nothing but the fragment.
addEventListener('hashchange', () => location.reload())
const place = document.querySelector('#page')
if (place === null) throw new Error('The document has no #page.')
createRoot(place).render(<ConnectPage session={new ConnectSession()} />)
