SUMMARY = "zynqnetd's bitstream, loaded by the FPGA manager at boot"
SECTION = "bsp"
LICENSE = "MIT"
LIC_FILES_CHKSUM = "file://${ZYNQNETD_SOURCE}/LICENSE;md5=ab0ce191261f962979eaaa595c2ac2bd"

FILESEXTRAPATHS:prepend := "${@os.path.dirname(d.getVar('ZYNQNETD_BITSTREAM'))}:"
BITSTREAM_FILE = "${@os.path.basename(d.getVar('ZYNQNETD_BITSTREAM'))}"
SRC_URI = "file://${BITSTREAM_FILE} file://zynqnetd-fpga.init file://zynqnetd-fpga.service"
S = "${UNPACKDIR}"

inherit systemd update-rc.d

COMPATIBLE_HOST = "arm.*-linux-gnueabi"
SYSTEMD_SERVICE:${PN} = "zynqnetd-fpga.service"
INITSCRIPT_NAME = "zynqnetd-fpga"
INITSCRIPT_PARAMS = "start 40 S ."

do_configure[noexec] = "1"
do_compile[noexec] = "1"

do_install() {
    install -D -m 0644 ${UNPACKDIR}/${BITSTREAM_FILE} ${D}${nonarch_base_libdir}/firmware/zynqnetd.bit.bin
    install -D -m 0755 ${UNPACKDIR}/zynqnetd-fpga.init ${D}${libexecdir}/zynqnetd-fpga
    if ${@bb.utils.contains('DISTRO_FEATURES', 'systemd', 'true', 'false', d)}; then
        install -D -m 0644 ${UNPACKDIR}/zynqnetd-fpga.service ${D}${systemd_system_unitdir}/zynqnetd-fpga.service
    fi
    if ${@bb.utils.contains('DISTRO_FEATURES', 'sysvinit', 'true', 'false', d)}; then
        install -D -m 0755 ${UNPACKDIR}/zynqnetd-fpga.init ${D}${sysconfdir}/init.d/zynqnetd-fpga
    fi
}

FILES:${PN} = "${nonarch_base_libdir}/firmware ${libexecdir} ${sysconfdir} ${systemd_system_unitdir}"
