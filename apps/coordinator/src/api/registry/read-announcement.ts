/** Announcements as they are read, whatever they came by. */
import { type Announcement, announcementSchema } from '../../registry/index.js';
import { validator } from '../validation.js';

/** Throws `ApiError` `invalid_request`. */
export const readAnnouncement = validator<Announcement>(announcementSchema);
