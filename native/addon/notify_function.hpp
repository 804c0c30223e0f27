// notifyService of daemon/native/addon.ts.
#pragma once

#include <napi.h>

namespace zynqnet {

/// notifyService(socket, message): one datagram to the service manager.
void notifyServiceFunction(const Napi::CallbackInfo &info);

} // namespace zynqnet
