// Puts the checkers into every simulation of the accelerator: protocol of all ports, and the promises between modules that
// the RTL relies on without testing them. Synthesis never sees this folder.
`default_nettype none
bind zn_top zn_port_checks #(.PORTS(PORTS)) u_port_checks (
    .clk_i(clk_i), .rst_i(rst_i), .arvalid_i(m_arvalid_o), .arready_i(m_arready_i), .araddr_i(m_araddr_o), .arlen_i(m_arlen_o),
    .rvalid_i(m_rvalid_i), .rready_i(m_rready_o), .rdata_i(m_rdata_i), .rresp_i(m_rresp_i), .rlast_i(m_rlast_i),
    .awvalid_i(m_awvalid_o), .awready_i(m_awready_i), .awaddr_i(m_awaddr_o), .awlen_i(m_awlen_o), .wvalid_i(m_wvalid_o),
    .wready_i(m_wready_i), .wdata_i(m_wdata_o), .wlast_i(m_wlast_o), .bvalid_i(m_bvalid_i), .bready_i(m_bready_o),
    .bresp_i(m_bresp_i));
bind zn_regs zn_lite_check u_lite_check (
    .clk_i(clk_i), .rst_i(rst_i), .awvalid_i(awvalid_i), .awready_i(awready_o), .awaddr_i(awaddr_i), .wvalid_i(wvalid_i),
    .wready_i(wready_o), .wdata_i(wdata_i), .wstrb_i(wstrb_i), .bvalid_i(bvalid_o), .bready_i(bready_i), .bresp_i(bresp_o),
    .arvalid_i(arvalid_i), .arready_i(arready_o), .araddr_i(araddr_i), .rvalid_i(rvalid_o), .rready_i(rready_i),
    .rdata_i(rdata_o), .rresp_i(rresp_o));

// Tiles, lines and entries have room; weights and commands are taken as they come
bind zn_top zn_queue_check u_tile_room (.clk_i(clk_i), .rst_i(rst_compute), .valid_i(mac_last), .ready_i(tile_room));
bind zn_axi_write zn_queue_check u_line_room (
    .clk_i(clk_i), .rst_i(reset), .valid_i(line_valid_i || mark_i), .ready_i(desc_ready));
bind zn_axi_write zn_queue_check u_entry_room (
    .clk_i(clk_i), .rst_i(reset), .valid_i(entry_valid_i), .ready_i(!level_q[DEPTH_LOG2]));
bind zn_axi_write zn_queue_check u_front_room (.clk_i(clk_i), .rst_i(reset), .valid_i(flight_q[1]), .ready_i(front_ready));
bind zn_fetch zn_queue_check u_beat_room (.clk_i(clk_i), .rst_i(rst_i), .valid_i(data_valid_i), .ready_i(beat_ready));
`default_nettype wire
