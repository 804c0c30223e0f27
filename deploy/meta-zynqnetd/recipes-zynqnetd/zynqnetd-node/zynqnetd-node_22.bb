SUMMARY = "Node.js for armv7l, as published by its project"
HOMEPAGE = "https://nodejs.org"
SECTION = "devel"
LICENSE = "MIT"
LIC_FILES_CHKSUM = "file://${COMMON_LICENSE_DIR}/MIT;md5=0835ade698e0bcf8506ecda2f7b4f302"

# 22 is the last major version with official armv7l binaries. Choose a release and give its published digest (the line of
# SHASUMS256.txt for linux-armv7l.tar.xz): what was downloaded is then what its project signed for.
ZYNQNETD_NODE_VERSION ?= "22.11.0"
ZYNQNETD_NODE_SHA256 ?= ""
SRC_URI = "https://nodejs.org/dist/v${ZYNQNETD_NODE_VERSION}/node-v${ZYNQNETD_NODE_VERSION}-linux-armv7l.tar.xz"
SRC_URI[sha256sum] = "${ZYNQNETD_NODE_SHA256}"
S = "${UNPACKDIR}/node-v${ZYNQNETD_NODE_VERSION}-linux-armv7l"

python () {
    if not d.getVar('ZYNQNETD_NODE_SHA256'):
        raise bb.parse.SkipRecipe('set ZYNQNETD_NODE_SHA256 to the published digest of Node ' + d.getVar('ZYNQNETD_NODE_VERSION'))
}

COMPATIBLE_HOST = "arm.*-linux-gnueabi"
do_configure[noexec] = "1"
do_compile[noexec] = "1"

do_install() {
    install -D -m 0755 ${S}/bin/node ${D}/opt/zynqnetd/node/bin/node
}

FILES:${PN} = "/opt/zynqnetd/node"
INSANE_SKIP:${PN} = "already-stripped ldflags file-rdeps"
INHIBIT_PACKAGE_STRIP = "1"
