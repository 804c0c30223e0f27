// Rules of AXI4 on one port of the accelerator, as assertions: both sides, all five channels. Simulation only.
// Rule numbers: Arm IHI 0022E, A3.2 (handshake), A3.4 (bursts).
`default_nettype none
module zn_axi_check #(
    parameter int OUTSTANDING = 8   // bursts that may be under way in each direction
) (
    input wire        clk_i,
    input wire        rst_i,
    input wire        arvalid_i,
    input wire        arready_i,
    input wire [31:0] araddr_i,
    input wire [7:0]  arlen_i,
    input wire        rvalid_i,
    input wire        rready_i,
    input wire [63:0] rdata_i,
    input wire [1:0]  rresp_i,
    input wire        rlast_i,
    input wire        awvalid_i,
    input wire        awready_i,
    input wire [31:0] awaddr_i,
    input wire [7:0]  awlen_i,
    input wire        wvalid_i,
    input wire        wready_i,
    input wire [63:0] wdata_i,
    input wire        wlast_i,
    input wire        bvalid_i,
    input wire        bready_i,
    input wire [1:0]  bresp_i
);

  // A valid waits for its ready, and what it says does not change
  ar_waits: assert property (@(posedge clk_i) disable iff (rst_i) arvalid_i && !arready_i |=> arvalid_i && $stable(araddr_i) && $stable(arlen_i))
    else $error("AR changed while waiting");
  aw_waits: assert property (@(posedge clk_i) disable iff (rst_i) awvalid_i && !awready_i |=> awvalid_i && $stable(awaddr_i) && $stable(awlen_i))
    else $error("AW changed while waiting");
  w_waits: assert property (@(posedge clk_i) disable iff (rst_i) wvalid_i && !wready_i |=> wvalid_i && $stable(wdata_i) && $stable(wlast_i))
    else $error("W changed while waiting");
  r_waits: assert property (@(posedge clk_i) disable iff (rst_i) rvalid_i && !rready_i |=> rvalid_i && $stable(rdata_i) && $stable(rresp_i) && $stable(rlast_i))
    else $error("R changed while waiting");
  b_waits: assert property (@(posedge clk_i) disable iff (rst_i) bvalid_i && !bready_i |=> bvalid_i && $stable(bresp_i))
    else $error("B changed while waiting");

  // Bursts: at most 16 beats of 8 bytes, aligned, inside a page of 4 KiB
  wire [9:0] ar_end = {1'b0, araddr_i[11:3]} + {2'd0, arlen_i};
  wire [9:0] aw_end = {1'b0, awaddr_i[11:3]} + {2'd0, awlen_i};
  ar_length: assert property (@(posedge clk_i) disable iff (rst_i) arvalid_i |-> arlen_i < 8'd16) else $error("AR longer than 16 beats");
  aw_length: assert property (@(posedge clk_i) disable iff (rst_i) awvalid_i |-> awlen_i < 8'd16) else $error("AW longer than 16 beats");
  ar_aligned: assert property (@(posedge clk_i) disable iff (rst_i) arvalid_i |-> araddr_i[2:0] == '0) else $error("AR unaligned");
  aw_aligned: assert property (@(posedge clk_i) disable iff (rst_i) awvalid_i |-> awaddr_i[2:0] == '0) else $error("AW unaligned");
  ar_page: assert property (@(posedge clk_i) disable iff (rst_i) arvalid_i |-> ar_end < 10'd512) else $error("AR crosses 4 KiB");
  aw_page: assert property (@(posedge clk_i) disable iff (rst_i) awvalid_i |-> aw_end < 10'd512) else $error("AW crosses 4 KiB");

  // Counts: beats of the bursts under way, oldest first
  logic [4:0] reads [0:15];
  logic [4:0] writes [0:15];
  logic [3:0] read_put, read_get, write_put, write_get;
  logic [4:0] read_open, write_open, write_owed, read_beat, write_beat;
  wire [4:0] read_due = reads[read_get];
  wire [4:0] write_due = writes[write_get];
  wire ar = arvalid_i && arready_i;
  wire aw = awvalid_i && awready_i;
  wire r = rvalid_i && rready_i;
  wire w = wvalid_i && wready_i;
  wire b = bvalid_i && bready_i;
  wire r_end = r && rlast_i;
  wire w_end = w && wlast_i;
  always_ff @(posedge clk_i) begin
    if (ar) begin
      reads[read_put] <= arlen_i[4:0] + 5'd1;
      read_put <= read_put + 4'd1;
    end
    if (aw) begin
      writes[write_put] <= awlen_i[4:0] + 5'd1;
      write_put <= write_put + 4'd1;
    end
    if (r) read_beat <= rlast_i ? '0 : read_beat + 5'd1;
    if (r_end) read_get <= read_get + 4'd1;
    if (w) write_beat <= wlast_i ? '0 : write_beat + 5'd1;
    if (w_end) write_get <= write_get + 4'd1;
    read_open  <= read_open + 5'(ar) - 5'(r_end);
    write_open <= write_open + 5'(aw) - 5'(w_end);   // addresses whose data is not complete
    write_owed <= write_owed + 5'(w_end) - 5'(b);    // data whose response has not come
    if (rst_i) begin
      {read_put, read_get, write_put, write_get} <= '0;
      {read_open, write_open, write_owed, read_beat, write_beat} <= '0;
    end
  end
  r_wanted: assert property (@(posedge clk_i) disable iff (rst_i) rvalid_i |-> read_open != '0) else $error("R without an address");
  r_last: assert property (@(posedge clk_i) disable iff (rst_i) rvalid_i && read_open != '0 |-> rlast_i == (read_beat + 5'd1 == read_due)) else $error("R last at the wrong beat");
  w_wanted: assert property (@(posedge clk_i) disable iff (rst_i) wvalid_i && wready_i |-> write_open != '0) else $error("W without an address");
  w_last: assert property (@(posedge clk_i) disable iff (rst_i) wvalid_i && write_open != '0 |-> wlast_i == (write_beat + 5'd1 == write_due)) else $error("W last at the wrong beat");
  b_wanted: assert property (@(posedge clk_i) disable iff (rst_i) bvalid_i |-> write_owed != '0) else $error("B without complete data");
  reads_bounded: assert property (@(posedge clk_i) disable iff (rst_i) read_open <= 5'(OUTSTANDING)) else $error("too many reads outstanding");
  writes_bounded: assert property (@(posedge clk_i) disable iff (rst_i) write_open + write_owed <= 5'(OUTSTANDING)) else $error("too many writes outstanding");
endmodule
`default_nettype wire
