SUMMARY = "Node.js for armv7l, as published by its project"
HOMEPAGE = "https://nodejs.org"
LICENSE = "MIT"
LIC_FILES_CHKSUM = "file://LICENSE;md5=${ZYNQNETD_NODE_LICENSE_MD5}"

# 22 is the last major version with official armv7l binaries. Pin a release and its published digest in your
# configuration; the build stops with the digest it found when they do not agree.
ZYNQNETD_NODE_VERSION ?= "22.11.0"
ZYNQNETD_NODE_SHA256 ?= ""
ZYNQNETD_NODE_LICENSE_MD5 ?= ""
SRC_URI = "https://nodejs.org/dist/v${ZYNQNETD_NODE_VERSION}/node-v${ZYNQNETD_NODE_VERSION}-linux-armv7l.tar.xz"
SRC_URI[sha256sum] = "${ZYNQNETD_NODE_SHA256}"
S = "${WORKDIR}/node-v${ZYNQNETD_NODE_VERSION}-linux-armv7l"

COMPATIBLE_HOST = "arm.*-linux-gnueabi"
do_configure[noexec] = "1"
do_compile[noexec] = "1"

do_install() {
    install -D -m 0755 ${S}/bin/node ${D}/opt/zynqnetd/node/bin/node
}

FILES:${PN} = "/opt/zynqnetd/node"
INSANE_SKIP:${PN} = "already-stripped ldflags file-rdeps"
INHIBIT_PACKAGE_STRIP = "1"
