SUMMARY = "zynqnetd's native addon: model codec, CPU engine, accelerator driver"
SECTION = "libs"
LICENSE = "MIT"
LIC_FILES_CHKSUM = "file://LICENSE;md5=ab0ce191261f962979eaaa595c2ac2bd"

inherit cmake externalsrc

EXTERNALSRC = "${ZYNQNETD_SOURCE}"
EXTERNALSRC_BUILD = "${WORKDIR}/build"
OECMAKE_SOURCEPATH = "${S}/native"
DEPENDS = "nlohmann-json"

COMPATIBLE_HOST = "arm.*-linux-gnueabi"
# node-api-headers and node-addon-api are headers only and come from the checkout's node_modules (npm ci).
EXTRA_OECMAKE = "-DZYNQNET_RTL=OFF -DZYNQNET_TESTS=OFF"

do_install() {
    install -D -m 0755 ${B}/zynqnet.node ${D}${libdir}/zynqnetd/zynqnet.node
}

FILES:${PN} = "${libdir}/zynqnetd"
# napi_* symbols are resolved by the Node process that loads it.
INSANE_SKIP:${PN} = "undefined-symbol"
