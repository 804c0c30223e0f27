SUMMARY = "zynqnetd's bitstream, loaded by the FPGA manager at boot"
LICENSE = "MIT"
LIC_FILES_CHKSUM = "file://${ZYNQNETD_SOURCE}/LICENSE;md5=ab0ce191261f962979eaaa595c2ac2bd"

# Written by firmware/vivado (make BOARD=...): headerless and byte-swapped, as the FPGA manager wants it.
ZYNQNETD_BOARD ?= "zybo"
FILESEXTRAPATHS:prepend := "${ZYNQNETD_SOURCE}/firmware/vivado/out/${ZYNQNETD_BOARD}:${THISDIR}/files:"
SRC_URI = "file://zynqnetd.bit.bin file://zynqnetd-fpga.init file://zynqnetd-fpga.service"
S = "${WORKDIR}"

inherit systemd update-rc.d

SYSTEMD_SERVICE:${PN} = "zynqnetd-fpga.service"
INITSCRIPT_NAME = "zynqnetd-fpga"
INITSCRIPT_PARAMS = "start 40 S ."

do_configure[noexec] = "1"
do_compile[noexec] = "1"

do_install() {
    install -D -m 0644 ${WORKDIR}/zynqnetd.bit.bin ${D}${nonarch_base_libdir}/firmware/zynqnetd.bit.bin
    install -D -m 0755 ${WORKDIR}/zynqnetd-fpga.init ${D}${libexecdir}/zynqnetd-fpga
    if ${@bb.utils.contains('DISTRO_FEATURES', 'systemd', 'true', 'false', d)}; then
        install -D -m 0644 ${WORKDIR}/zynqnetd-fpga.service ${D}${systemd_system_unitdir}/zynqnetd-fpga.service
    else
        install -D -m 0755 ${WORKDIR}/zynqnetd-fpga.init ${D}${sysconfdir}/init.d/zynqnetd-fpga
    fi
}

FILES:${PN} = "${nonarch_base_libdir}/firmware ${libexecdir} ${sysconfdir} ${systemd_system_unitdir}"
