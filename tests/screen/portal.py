"""A desktop portal whose screenshots are copies of one file: python3 portal.py PICTURE FOLDER OUTCOME.

OUTCOME is 0 for a screenshot, 1 for a user who refuses, 2 for a failure, and "silent" for a desktop that never answers.
"""
import shutil
import sys

import dbus
import dbus.service
from dbus.mainloop.glib import DBusGMainLoop
from gi.repository import GLib

picture, folder, outcome = sys.argv[1:]
DBusGMainLoop(set_as_default=True)
bus = dbus.SessionBus()
taken = 0


class Request(dbus.service.Object):
    @dbus.service.signal("org.freedesktop.portal.Request", signature="ua{sv}")
    def Response(self, outcome, results):
        pass


class Portal(dbus.service.Object):
    @dbus.service.method(
        "org.freedesktop.portal.Screenshot", in_signature="sa{sv}", out_signature="o", sender_keyword="sender"
    )
    def Screenshot(self, parent, options, sender):
        global taken
        if parent != "" or options.get("interactive", True):
            raise dbus.DBusException("a dialog was asked for")
        taken += 1
        path = "/org/freedesktop/portal/desktop/request/%s/t%d" % (sender[1:].replace(".", "_"), taken)
        request = Request(bus, path)
        # As portals do, a request whose asker has left by then is dropped.
        GLib.timeout_add(50, self.answer, request, sender)
        return dbus.ObjectPath(path)

    def answer(self, request, sender):
        if outcome == "silent" or not bus.name_has_owner(sender):
            return False
        results = {}
        if outcome == "0":
            path = "%s/Screenshot %d.png" % (folder, taken)
            shutil.copy(picture, path)
            results["uri"] = "file://" + path.replace(" ", "%20")
        request.Response(dbus.UInt32(int(outcome)), dbus.Dictionary(results, signature="sv"))
        return False


name = dbus.service.BusName("org.freedesktop.portal.Desktop", bus)
portal = Portal(bus, "/org/freedesktop/portal/desktop")
print("ready", flush=True)
GLib.MainLoop().run()
