// The sign of each kind of device.
import type { DeviceRecord } from '@myspinbot/shared/wire/pairing.ts';
import { Globe, type IconNode, Laptop, Monitor, Smartphone, Tablet } from 'lucide';

export const deviceIcons: Readonly<Record<DeviceRecord['kind'], IconNode>> = {
  phone: Smartphone,
  tablet: Tablet,
  laptop: Laptop,
  desktop: Monitor,
  browser: Globe,
};
