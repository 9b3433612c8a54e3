// The app: routes, the house around them, and what all screens share. Screens are loaded when first visited.
import '../design/design.css';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import { Route, Router } from '@solidjs/router';
import { lazy } from 'solid-js';
import { createTheme } from '../design/theme.ts';
import { createToasts, ToastContext } from '../parts/toast.tsx';
import { createNow, DeskContext } from './desk.ts';
import { createDoorway } from './doorway.ts';
import { Home } from './home.tsx';
import { House } from './house.tsx';
import { createInstall } from './install.ts';
import { createPremieres } from './premieres.ts';

const Project = lazy(() => import('./project.tsx'));
const JobScreen = lazy(() => import('./job.tsx'));
const LineScreen = lazy(() => import('./line.tsx'));
const History = lazy(() => import('./history.tsx'));
const Devices = lazy(() => import('./devices.tsx'));
const Settings = lazy(() => import('./settings.tsx'));
const Shared = lazy(() => import('./shared.tsx'));
const Monitor = lazy(() => import('./monitor.tsx'));
const Storage = lazy(() => import('./storage.tsx'));
const NotFound = lazy(() => import('./not-found.tsx'));

/** Needs a LiveContext.Provider above it. */
export function App() {
  const [theme, setTheme] = createTheme();
  return (
    <DeskContext.Provider
      value={{
        theme,
        setTheme,
        install: createInstall(),
        premieres: createPremieres(),
        now: createNow(),
        doorway: createDoorway(),
      }}
    >
      <ToastContext.Provider value={createToasts()}>
        <Router root={House}>
          <Route path="/" component={Home} />
          <Route path="/project/:id" component={Project} />
          <Route path="/job/:id" component={JobScreen} />
          <Route path="/line" component={LineScreen} />
          <Route path="/history" component={History} />
          <Route path="/devices" component={Devices} />
          <Route path="/settings" component={Settings} />
          <Route path={endpoints.share} component={Shared} />
          <Route path="/storage" component={Storage} />
          <Route path="/monitor" component={Monitor} />
          <Route path="*" component={NotFound} />
        </Router>
      </ToastContext.Provider>
    </DeskContext.Provider>
  );
}
